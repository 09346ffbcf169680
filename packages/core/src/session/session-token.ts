import type { Environment, Maybe } from '../environment.js'
import { explain } from '../error/explain.js'
import { RefreshError } from '../error/refresh-error.js'
import { UsageError } from '../error/usage-error.js'
import { type Parameters, toForm } from '../http/form.js'
import { scopeText } from '../message/authorization-request.js'
import type { IdTokenClaims } from '../message/id-token.js'
import type { TokenSet } from '../message/token-set.js'
import { serverIdentity } from '../metadata/server-metadata.js'
import { memoryStore } from './memory-store.js'
import type { RefreshTokenOptions } from './method-options.js'
import { leftover } from './own-revocation.js'
import { resourceList, type SessionOptions } from './session-options.js'
import { sharedMemory } from './shared-memory.js'
import { machineKey } from './store-key.js'
import { tokenHash } from './token-hash.js'
import { type LifeCyclePorts, TokenLifeCycle } from './token-life-cycle.js'
import type { TokenPlace } from './token-place.js'
import { type GrantMemory, isRepeatable, type TokenRecord } from './token-record.js'
import { newRecord, type TokenSource, tokenOrigin } from './token-source.js'

/** What a session tells of its token: whose it is, and where it is kept. */
export interface SessionTokenOptions
  extends Pick<SessionOptions, 'issuer' | 'server' | 'clientId' | 'scope' | 'resource' | 'store' | 'key' | 'updateToken' | 'leeway'> {
  /** What tells the token from others of the client, beside scope and resource: of what an assertion says, all that stays the same. */
  readonly grant?: unknown
}

/** What a session lends its token. */
export interface SessionTokenPorts extends Required<Pick<LifeCyclePorts<RefreshTokenOptions>, 'renew' | 'revoke'>> {
  readonly environment: Environment
}

/**
 * The one token of a session: where it is kept, what was last seen of it, and what is on its way there. Changes happen one after the
 * other, and whoever asks meanwhile waits for them.
 */
export class SessionToken {
  readonly #options: SessionTokenOptions
  readonly #environment: Environment
  readonly #lifeCycle: TokenLifeCycle<RefreshTokenOptions>
  readonly #store: TokenPlace['store']
  #place: Maybe<TokenPlace> | undefined
  #snapshot: TokenRecord | undefined
  #claims: IdTokenClaims | undefined
  /** A token on its way into the store or out of it. */
  #changing: Promise<void> | undefined
  #changes = 0
  /** An access token that was revoked and left where it is: its refresh token is still good. */
  #revoked: string | undefined

  constructor(options: SessionTokenOptions, { environment, renew, revoke }: SessionTokenPorts) {
    this.#options = options
    this.#environment = environment
    this.#store = options.store ?? memoryStore(environment)
    const { updateToken } = options
    this.#lifeCycle = new TokenLifeCycle({
      environment,
      renew,
      revoke,
      updateToken: updateToken === undefined ? undefined : (token, old) => updateToken(token, old),
      leeway: options.leeway,
      memory: sharedMemory(this.#store, environment),
      // The session's own memory goes with the session, not before.
      ...(options.store === undefined ? { ttl: Number.POSITIVE_INFINITY } : {}),
    })
  }

  /** How often the token was put or deleted: whoever began something before can tell that it is out of date. */
  get changes(): number {
    return this.#changes
  }

  /** The token as last seen. */
  get snapshot(): TokenSet | undefined {
    return this.#snapshot?.token
  }

  /** The verified claims of the ID token that came with it. */
  get claims(): IdTokenClaims | undefined {
    return this.#claims
  }

  /** The record to use now. Synchronous while the token is fresh and the store is. */
  current(): Maybe<TokenRecord | undefined> {
    if (this.#changing !== undefined) return this.#changed().then(() => this.current())
    const place = this.#placeOf()
    return place instanceof Promise ? place.then((known) => this.#currentAt(known)) : this.#currentAt(place)
  }

  /** The token as it is, stale or not. */
  async stored(): Promise<TokenSet | undefined> {
    await this.#changed()
    return (await this.#lifeCycle.peek(await this.#placeOf()))?.token
  }

  /**
   * The first token, where it can be got without anybody's help: all sessions of this process that share its place share one request. A server that
   * has asked to be left alone is.
   *
   * @throws {@link RefreshError} with the `retryAt` for which the server has asked, and whatever `fetch` throws.
   */
  async first(fetch: () => Promise<TokenSet>): Promise<TokenSet> {
    const place = await this.#placeOf()
    const { firsts, pauses } = sharedMemory(this.#store, this.#environment)
    const known = firsts.get(place.key)
    if (known !== undefined) return known
    const { server } = this.#options
    const origin = tokenOrigin(this.#options, server && { server })
    const pause = pauses.find(place, origin)
    if (pause?.retryAt !== undefined) throw new RefreshError({ kind: 'transient', retryAt: pause.retryAt }, { cause: pause.error })
    const first = fetch().finally(() => firsts.delete(place.key))
    firsts.set(place.key, first)
    first.catch((error: unknown) => pauses.add(place, origin, error))
    return first
  }

  /** Renews now. */
  async renew(how: RefreshTokenOptions): Promise<TokenSet> {
    await this.#changed()
    const changes = this.#changes
    return this.#seen(await this.#lifeCycle.renew(await this.#placeOf(), how), changes).token
  }

  /** A resource answered 401 to a token. Tells whether trying again makes sense. */
  async rejected(used: TokenRecord | string): Promise<boolean> {
    const hash = typeof used === 'string' ? used : await tokenHash(this.#environment, used)
    return this.#lifeCycle.rejected(await this.#placeOf(), hash)
  }

  /** Puts a token in place of the one before without waiting. A failure belongs to the next use, which awaits it. */
  assign(token: TokenSet, grant: GrantMemory = { type: 'unknown' }): void {
    this.#changing = this.put(token, grant)
    this.#changing.catch(() => undefined)
  }

  /** Puts a token in place of the one before. */
  async put(token: TokenSet, grant: GrantMemory, source: TokenSource = {}): Promise<void> {
    this.assertKey(grant)
    const record = newRecord(this.#options, { token, grant }, source)
    const change = ++this.#changes
    this.#show(record, source.claims)
    // What was assigned before is stored before; whether that failed is nobody's business any more.
    const earlier = this.#changing
    this.#changing = undefined
    await earlier?.catch(() => undefined)
    const stored = await this.#lifeCycle.put(await this.#placeOf(), record)
    if (this.#changes === change) this.#show(stored, source.claims)
  }

  /** Forgets the token. The failure is told here, and to nobody else. */
  async delete(): Promise<void> {
    this.#changes += 1
    const deleting = this.#delete(this.#changing)
    this.#changing = deleting.catch(() => undefined)
    await deleting
  }

  /** Some token was revoked: forgets the session's own where nothing good is left of it. Tells what is left. */
  async revoked(token: string): Promise<'all' | 'refresh_token' | 'nothing'> {
    const own = await this.stored()
    if (own === undefined) {
      this.#show(undefined, undefined)
      return 'nothing'
    }
    const left = leftover(own, token)
    if (left === 'refresh_token') this.#revoked = token
    if (left === 'nothing') await this.delete()
    return left
  }

  /** Asked before a person is sent to log in and before a token is fetched, too: a code, say, can be redeemed only once. */
  assertKey(grant: GrantMemory): void {
    const { store, key } = this.#options
    if (store !== undefined && key === undefined && !isRepeatable(grant)) {
      throw new UsageError(
        explain && 'Option "key" is missing: a "store" holds the tokens of many users, and "key" says which one this is.',
      )
    }
  }

  /**
   * A machine token's key is made of issuer, client, scope and resource. What one call adds to that would be found by every other session of the client.
   *
   * @throws {@link UsageError}
   */
  assertOwnKey({ scope, parameters }: { readonly scope: string | undefined; readonly parameters?: Parameters | undefined }): void {
    const { store, key, scope: own } = this.#options
    if (store === undefined || key !== undefined || (scope === scopeText(own) && toForm(parameters).length === 0)) return
    throw new UsageError(
      explain &&
        'fetchToken: with a "store" and no "key", the token is kept under issuer, client and the session\'s "scope" and "resource". One with further parameters, or another scope, needs a "key" of its own, such as "payments".',
    )
  }

  #currentAt(place: TokenPlace): Maybe<TokenRecord | undefined> {
    const changes = this.#changes
    const record = this.#lifeCycle.current(place)
    return record instanceof Promise
      ? record.then((renewed) => this.#usable(place, renewed, changes))
      : this.#usable(place, record, changes)
  }

  #usable(place: TokenPlace, record: TokenRecord | undefined, changes: number): Maybe<TokenRecord | undefined> {
    if (record === undefined || record.token.access_token !== this.#revoked) return this.#seen(record, changes)
    return this.#lifeCycle.renew(place).then((renewed) => this.#seen(renewed, changes))
  }

  async #changed(): Promise<void> {
    const changing = this.#changing
    try {
      await changing
    } finally {
      // Not before: whoever asks meanwhile has to wait too.
      if (this.#changing === changing) this.#changing = undefined
    }
  }

  async #delete(earlier: Promise<void> | undefined): Promise<void> {
    this.#show(undefined, undefined)
    await earlier?.catch(() => undefined)
    await this.#lifeCycle.delete(await this.#placeOf())
  }

  #show(record: TokenRecord | undefined, claims: IdTokenClaims | undefined): void {
    this.#snapshot = record
    this.#claims = claims
  }

  /** Shows what was read, unless the token was put or deleted since. */
  #seen<T extends TokenRecord | undefined>(record: T, changes: number): T {
    if (this.#changes === changes) this.#snapshot = record
    return record
  }

  #placeOf(): Maybe<TokenPlace> {
    this.#place ??= this.#makePlace()
    return this.#place
  }

  #makePlace(): Maybe<TokenPlace> {
    const { store, key, issuer, server, clientId, scope, grant } = this.#options
    if (store === undefined || key !== undefined) return { store: this.#store, key: key ?? 'token' }
    const parties = { issuer: issuer ?? serverIdentity(server ?? {}), clientId, grant }
    const name = machineKey(this.#environment, { ...parties, scope: scopeText(scope), resource: resourceList(this.#options) })
    return name instanceof Promise ? name.then((known) => ({ store, key: known })) : { store, key: name }
  }
}
