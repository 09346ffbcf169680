"""The keys of the server, and what its ID tokens and its UserInfo say."""

from authlib.jose import JsonWebKey
from authlib.oidc.core import UserInfo


class IdTokens:
    def __init__(self, issuer):
        self.issuer = issuer
        self.key = JsonWebKey.generate_key('RSA', 2048, is_private=True, options={'kid': 'rs256'})
        # A plain JWK is what every version of Authlib signs with.
        self.private_jwk = self.key.as_dict(is_private=True)

    def jwks(self):
        return {'keys': [{**self.key.as_dict(is_private=False), 'use': 'sig', 'alg': 'RS256'}]}

    def configuration(self, client):
        """How the ID tokens of a client are made, in the words of Authlib's `get_jwt_config`."""
        alg = client.metadata.get('id_token_signed_response_alg', 'RS256')
        key = self.private_jwk if alg == 'RS256' else client.client_secret.encode()
        return {'key': key, 'alg': alg, 'iss': self.issuer, 'exp': 3600}


def user_info(user, scope):
    """The claims that the scopes ask for (OpenID Connect Core §5.4)."""
    scopes = scope.split()
    claims = {'sub': user.sub}
    if 'profile' in scopes:
        claims['name'] = user.name
    if 'email' in scopes:
        claims.update(email=user.email, email_verified=True)
    return UserInfo(claims)
