"""Client authentication by a signed assertion (RFC 7523 §2.2): `client_secret_jwt` and `private_key_jwt`."""

from authlib.oauth2.rfc7523 import JWTBearerClientAssertion


class ClientAssertion(JWTBearerClientAssertion):
    def __init__(self, issuer, memory):
        super().__init__(f'{issuer}/token')
        self.audiences = audiences(issuer)
        self.memory = memory

    def get_audiences(self):
        return self.audiences

    def create_claims_options(self):
        # Where Authlib does not ask for the audiences yet.
        return {**super().create_claims_options(), 'aud': {'essential': True, 'values': self.audiences}}

    def validate_jti(self, claims, jti):
        return self.memory.is_new(self.memory.assertion_ids, (claims['iss'], jti))

    def resolve_client_public_key(self, client, headers=None):
        return verification_key(client, headers or {})


def audiences(issuer):
    """What RFC 7523 §3 lets a client choose from to name this server."""
    return [issuer, f'{issuer}/token']


def verification_key(client, headers):
    """The key that a client signs with, by what the client is registered for and never by what the assertion says."""
    if client.auth_method == 'client_secret_jwt':
        return client.client_secret.encode()
    keys = client.metadata.get('jwks', {}).get('keys', [])
    kid = headers.get('kid')
    return next((key for key in keys if kid is None or key.get('kid') == kid), None)
