"""The server's HTTP side: one route per endpoint, and two routes for the test that started it."""

from authlib.integrations.flask_oauth2 import AuthorizationServer, ResourceProtector, current_token
from flask import Flask, request

from client_assertion import ClientAssertion
from endpoints import bearer_tokens, register_endpoints
from grants import register_grants
from id_tokens import IdTokens, user_info
from memory import TOKEN_LIFETIME, Client, Memory

GRANT_TYPES = [
    'authorization_code',
    'implicit',
    'password',
    'client_credentials',
    'refresh_token',
    'urn:ietf:params:oauth:grant-type:jwt-bearer',
]
RESPONSE_TYPES = ['code', 'token', 'id_token', 'id_token token', 'code id_token', 'code token', 'code id_token token']
AUTH_METHODS = ['client_secret_basic', 'client_secret_post', 'client_secret_jwt', 'private_key_jwt', 'none']


def create_application(issuer):
    memory = Memory()
    id_tokens = IdTokens(issuer)
    application = Flask(__name__)
    application.config.update(
        OAUTH2_REFRESH_TOKEN_GENERATOR=True,
        OAUTH2_TOKEN_EXPIRES_IN={grant_type: TOKEN_LIFETIME for grant_type in GRANT_TYPES},
    )
    server = AuthorizationServer(application, query_client=memory.query_client, save_token=memory.save_token)
    server.register_client_auth_method('client_assertion_jwt', ClientAssertion(issuer, memory))
    register_grants(server, memory, id_tokens, issuer)
    register_endpoints(server, memory, issuer)
    protected = ResourceProtector()
    protected.register_token_validator(bearer_tokens(memory))

    @application.get('/authorize', endpoint='authorization')
    def authorize():
        """Nobody has to press anything: the person is alice, or who `login_hint` names, and agrees unless `deny` is there."""
        user = memory.users.get(request.args.get('login_hint', 'alice'))
        return server.create_authorization_response(grant_user=None if 'deny' in request.args else user)

    @application.post('/token', endpoint='token')
    def token():
        return server.create_token_response()

    @application.post('/revoke', endpoint='revocation')
    def revoke():
        return server.create_endpoint_response('revocation')

    @application.post('/introspect', endpoint='introspection')
    def introspect():
        return server.create_endpoint_response('introspection')

    @application.route('/userinfo', methods=['GET', 'POST'], endpoint='userinfo')
    @protected('openid')
    def userinfo():
        return dict(user_info(current_token.user, current_token.scope))

    @application.get('/items', endpoint='resource')
    @protected()
    def items():
        """An API: any access token will do."""
        return {'client_id': current_token.client_id, 'scope': current_token.scope}

    @application.get('/jwks', endpoint='jwks')
    def jwks():
        return id_tokens.jwks()

    @application.get('/.well-known/openid-configuration', endpoint='discovery')
    def discovery():
        return {
            'issuer': issuer,
            'authorization_endpoint': f'{issuer}/authorize',
            'token_endpoint': f'{issuer}/token',
            'revocation_endpoint': f'{issuer}/revoke',
            'introspection_endpoint': f'{issuer}/introspect',
            'userinfo_endpoint': f'{issuer}/userinfo',
            'jwks_uri': f'{issuer}/jwks',
            'grant_types_supported': GRANT_TYPES,
            'response_types_supported': RESPONSE_TYPES,
            'response_modes_supported': ['query', 'fragment', 'form_post'],
            'code_challenge_methods_supported': ['S256'],
            'subject_types_supported': ['public'],
            'id_token_signing_alg_values_supported': ['RS256', 'HS256'],
            'token_endpoint_auth_methods_supported': AUTH_METHODS,
            'token_endpoint_auth_signing_alg_values_supported': ['HS256', 'RS256', 'ES256'],
            'scopes_supported': ['openid', 'profile', 'email', 'items:read', 'items:write'],
        }

    log = []

    @application.after_request
    def write_log(response):
        if not (request.endpoint or '').startswith('test:'):
            log.append({
                'method': request.method,
                'endpoint': request.endpoint or 'unknown',
                **({'grantType': request.form['grant_type']} if 'grant_type' in request.form else {}),
                'status': response.status_code,
            })
        return response

    @application.get('/test/requests', endpoint='test:requests')
    def requests():
        return {'requests': log}

    @application.post('/test/clients', endpoint='test:clients')
    def add_client():
        client = Client(request.get_json())
        memory.clients[client.client_id] = client
        return client.metadata, 201

    return application
