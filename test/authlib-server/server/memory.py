"""What the server remembers: clients, codes and tokens, in memory and for one process."""

import secrets
import time
from dataclasses import dataclass, field

from authlib.oauth2.rfc6749 import AuthorizationCodeMixin, ClientMixin, TokenMixin
from authlib.oauth2.rfc6749.util import list_to_scope, scope_to_list

TOKEN_LIFETIME = 3600


@dataclass(frozen=True)
class User:
    sub: str
    email: str
    name: str

    def get_user_id(self):
        return self.sub


class Client(ClientMixin):
    """A client by its metadata, spelt as in RFC 7591 §2."""

    def __init__(self, metadata):
        self.metadata = metadata

    @property
    def client_id(self):
        return self.metadata['client_id']

    @property
    def client_secret(self):
        return self.metadata.get('client_secret', '')

    @property
    def auth_method(self):
        return self.metadata.get('token_endpoint_auth_method', 'client_secret_basic')

    def get_client_id(self):
        return self.client_id

    def get_default_redirect_uri(self):
        return next(iter(self.metadata.get('redirect_uris', [])), None)

    def get_allowed_scope(self, scope):
        allowed = scope_to_list(self.metadata.get('scope', 'openid profile email offline_access items:read items:write'))
        return list_to_scope([name for name in scope_to_list(scope or '') if name in allowed])

    def check_redirect_uri(self, redirect_uri):
        return redirect_uri in self.metadata.get('redirect_uris', [])

    def check_client_secret(self, client_secret):
        return self.client_secret != '' and secrets.compare_digest(self.client_secret.encode(), client_secret.encode())

    def check_endpoint_auth_method(self, method, endpoint):
        # Authlib has one name for both kinds of signed assertion, and asks for it as for a method.
        if method == 'client_assertion_jwt':
            return self.auth_method in ('client_secret_jwt', 'private_key_jwt')
        return method == self.auth_method

    def check_response_type(self, response_type):
        return response_type in [' '.join(sorted(words.split())) for words in self.metadata.get('response_types', ['code'])]

    def check_grant_type(self, grant_type):
        return grant_type in self.metadata.get('grant_types', ['authorization_code'])


@dataclass
class Code(AuthorizationCodeMixin):
    code: str
    client_id: str
    redirect_uri: str
    scope: str
    user: User
    nonce: str
    code_challenge: str
    code_challenge_method: str
    family: str = field(default_factory=lambda: secrets.token_hex(8))
    auth_time: int = field(default_factory=lambda: int(time.time()))

    def get_redirect_uri(self):
        return self.redirect_uri

    def get_scope(self):
        return self.scope

    def get_nonce(self):
        return self.nonce

    def get_auth_time(self):
        return self.auth_time

    # Newer versions of Authlib ask for these two.
    def get_acr(self):
        return None

    def get_amr(self):
        return None


@dataclass
class Token(TokenMixin):
    """One access token or one refresh token. All that come of one login are a family."""

    value: str
    kind: str
    client_id: str
    scope: str
    user: User
    family: str
    auth_time: int
    issued_at: int = field(default_factory=lambda: int(time.time()))
    revoked: bool = False

    def check_client(self, client):
        return self.client_id == client.get_client_id()

    def get_scope(self):
        return self.scope

    def get_expires_in(self):
        return TOKEN_LIFETIME

    def is_expired(self):
        return self.kind == 'access_token' and self.issued_at + TOKEN_LIFETIME < time.time()

    def is_revoked(self):
        return self.revoked

    # A refreshed ID token has the time of the login and no nonce (OpenID Connect Core §12.2).
    def get_nonce(self):
        return None

    def get_auth_time(self):
        return self.auth_time

    def get_acr(self):
        return None

    def get_amr(self):
        return None


def credential_of(request):
    """The code or the token that a token request is made with; newer versions of Authlib have a name for each."""
    known = (getattr(request, name, None) for name in ('credential', 'authorization_code', 'refresh_token'))
    return next((one for one in known if isinstance(one, (Code, Token))), None)


class Memory:
    def __init__(self):
        self.users = {
            'alice': User('alice', 'alice@example.com', 'Alice Example'),
            'bob': User('bob', 'bob@example.com', 'Bob Example'),
        }
        self.clients = {}
        self.codes = {}
        self.tokens = {}
        self.nonces = set()
        self.assertion_ids = set()

    def query_client(self, client_id):
        return self.clients.get(client_id)

    def save_token(self, token, request):
        credential = credential_of(request)
        family = credential.family if credential else secrets.token_hex(8)
        auth_time = credential.auth_time if credential else int(time.time())
        for kind in ('access_token', 'refresh_token'):
            if kind in token:
                value = token[kind]
                client_id = request.client.get_client_id()
                self.tokens[value] = Token(value, kind, client_id, token.get('scope', ''), request.user, family, auth_time)

    def find_token(self, value, kind=None):
        token = self.tokens.get(value)
        return token if token and kind in (None, token.kind) else None

    def revoke_family(self, family):
        for token in self.tokens.values():
            if token.family == family:
                token.revoked = True

    def is_new(self, seen, value):
        """Tells whether a value that may be used once is used for the first time."""
        if value in seen:
            return False
        seen.add(value)
        return True
