"""Revocation (RFC 7009), introspection (RFC 7662) and the check of access tokens (RFC 6750)."""

from authlib.oauth2.rfc6750 import BearerTokenValidator
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7662 import IntrospectionEndpoint

from grants import CLIENT_AUTH_METHODS
from memory import TOKEN_LIFETIME


def register_endpoints(server, memory, issuer):
    class Revocation(RevocationEndpoint):
        CLIENT_AUTH_METHODS = CLIENT_AUTH_METHODS

        def query_token(self, token_string, token_type_hint):
            # RFC 7009 §2.1: a hint that misleads must not keep the server from finding the token.
            return memory.find_token(token_string)

        def revoke_token(self, token, request):
            if token.kind == 'refresh_token':
                memory.revoke_family(token.family)
            token.revoked = True

    class Introspection(IntrospectionEndpoint):
        CLIENT_AUTH_METHODS = CLIENT_AUTH_METHODS

        def query_token(self, token_string, token_type_hint):
            return memory.find_token(token_string)

        def check_permission(self, token, client, request):
            return token.check_client(client)

        def introspect_token(self, token):
            claims = {'client_id': token.client_id, 'scope': token.scope, 'iss': issuer, 'iat': token.issued_at}
            if token.user:
                claims['sub'] = token.user.sub
            if token.kind == 'access_token':
                claims.update(token_type='Bearer', exp=token.issued_at + TOKEN_LIFETIME)
            return claims

    server.register_endpoint(Revocation)
    server.register_endpoint(Introspection)


def bearer_tokens(memory):
    class Validator(BearerTokenValidator):
        def authenticate_token(self, token_string):
            return memory.find_token(token_string, 'access_token')

    return Validator()
