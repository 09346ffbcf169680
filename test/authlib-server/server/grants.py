"""The grants of the server. All of the protocol is Authlib's; here is what Authlib leaves to who uses it."""

from authlib.oauth2.rfc6749 import grants
from authlib.oauth2.rfc6749.errors import InvalidGrantError
from authlib.oauth2.rfc7523 import JWTBearerGrant
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import OpenIDCode, OpenIDHybridGrant, OpenIDImplicitGrant, OpenIDToken

from client_assertion import audiences, verification_key
from id_tokens import user_info
from memory import Client, Code

CLIENT_AUTH_METHODS = ['client_secret_basic', 'client_secret_post', 'client_assertion_jwt', 'none']


def parameters(request):
    """All parameters of a request; newer versions of Authlib have another name for them."""
    return request.payload.data if hasattr(request, 'payload') else request.data


def register_grants(server, memory, id_tokens, issuer):
    def save_code(self, code, request):
        sent = parameters(request)
        memory.codes[code] = Code(
            code=code,
            client_id=request.client.client_id,
            redirect_uri=sent.get('redirect_uri'),
            scope=request.client.get_allowed_scope(sent.get('scope')),
            user=request.user,
            nonce=sent.get('nonce'),
            code_challenge=sent.get('code_challenge'),
            code_challenge_method=sent.get('code_challenge_method'),
        )

    class Claims:
        """What every kind of ID token asks for."""

        def exists_nonce(self, nonce, request):
            return not memory.is_new(memory.nonces, (parameters(request).get('client_id'), nonce))

        def get_jwt_config(self, *known):
            # Authlib calls this with a grant, with a client, with both or with nothing, by its version and by the kind of grant.
            client = next((one for one in known if isinstance(one, Client)), None)
            return id_tokens.configuration(client or (known[0] if known else self).request.client)

        def generate_user_info(self, user, scope):
            return user_info(user, 'openid')

    class Implicit(grants.ImplicitGrant):
        pass

    class AuthorizationCode(grants.AuthorizationCodeGrant):
        TOKEN_ENDPOINT_AUTH_METHODS = CLIENT_AUTH_METHODS
        save_authorization_code = save_code

        def query_authorization_code(self, code, client):
            found = memory.codes.get(code)
            return found if found and found.client_id == client.client_id else None

        def delete_authorization_code(self, authorization_code):
            del memory.codes[authorization_code.code]

        def authenticate_user(self, authorization_code):
            return authorization_code.user

    class Password(grants.ResourceOwnerPasswordCredentialsGrant):
        TOKEN_ENDPOINT_AUTH_METHODS = CLIENT_AUTH_METHODS

        def authenticate_user(self, username, password):
            # RFC 6749 §5.2: wrong credentials are an invalid grant. Authlib by itself calls them an invalid request.
            if username not in memory.users or password != f'pässword + 100% of {username}&co':
                raise InvalidGrantError('There is no such user, or the password is another one.')
            return memory.users[username]

    class ClientCredentials(grants.ClientCredentialsGrant):
        TOKEN_ENDPOINT_AUTH_METHODS = CLIENT_AUTH_METHODS

    class RefreshToken(grants.RefreshTokenGrant):
        TOKEN_ENDPOINT_AUTH_METHODS = CLIENT_AUTH_METHODS
        INCLUDE_NEW_REFRESH_TOKEN = True

        def authenticate_refresh_token(self, refresh_token):
            token = memory.find_token(refresh_token, 'refresh_token')
            if token and token.revoked:
                # RFC 9700 §4.14.2: who sends a spent one may have stolen it, or been stolen from.
                memory.revoke_family(token.family)
            return token if token and not token.revoked else None

        def authenticate_user(self, credential):
            return credential.user

        def revoke_old_credential(self, credential):
            credential.revoked = True

    class JWTBearer(JWTBearerGrant):
        CLAIMS_OPTIONS = {**JWTBearerGrant.CLAIMS_OPTIONS, 'aud': {'essential': True, 'values': audiences(issuer)}}

        def get_audiences(self):
            # Where Authlib asks for them instead.
            return audiences(issuer)

        def resolve_issuer_client(self, issuer):
            client = memory.query_client(issuer)
            if client is None:
                raise InvalidGrantError('The issuer of the assertion is not known.')
            return client

        def resolve_client_key(self, client, headers, payload):
            return verification_key(client, headers)

        def authenticate_user(self, subject):
            return memory.users.get(subject)

        def has_granted_permission(self, client, user):
            return True

    class Code_(Claims, OpenIDCode):
        pass

    class Refreshed(Claims, OpenIDToken):
        pass

    class OpenIDImplicit(Claims, OpenIDImplicitGrant):
        pass

    class OpenIDHybrid(Claims, OpenIDHybridGrant):
        save_authorization_code = save_code

    challenge = CodeChallenge(required=True)
    server.register_grant(AuthorizationCode, [Code_(), challenge])
    server.register_grant(OpenIDHybrid, [challenge])
    server.register_grant(OpenIDImplicit)
    server.register_grant(Implicit)
    server.register_grant(Password)
    server.register_grant(ClientCredentials)
    server.register_grant(RefreshToken, [Refreshed()])
    server.register_grant(JWTBearer)
