import { EndpointError } from '../../src/error/endpoint-error.js'
import type { TokenSet } from '../../src/message/token-set.js'
import { mixed } from './fingerprint.js'

interface Issued {
  readonly family: number
  spent: boolean
}

/** Seconds that an access token is good for: longer than any schedule. */
const LIFETIME = 86_400

/**
 * An authorization server that replaces refresh tokens, and revokes the whole family when a spent one comes again; or, as `lenient`, one
 * that takes a spent token again for a while, as servers with a grace period do.
 *
 * Tokens are numbered in the order of their issue: `a3` comes with `r3`.
 */
export class ModelServer {
  readonly #lenient: boolean
  readonly #issued: Issued[] = []
  readonly #revoked = new Set<number>()
  /** Of everything that has happened here. */
  fingerprint = 1

  constructor(lenient: boolean) {
    this.#lenient = lenient
  }

  /** A login: the first token of a new family. */
  login(): TokenSet {
    return this.#issue(this.#issued.length)
  }

  /** @throws {@link EndpointError} `invalid_grant`. */
  refresh(token: string): TokenSet {
    this.fingerprint = mixed(this.fingerprint, token)
    const { family, spent } = this.#issued[numberOf(token)] ?? { family: -1, spent: true }
    if (spent && !this.#lenient) this.#revoked.add(family)
    if (family === -1 || this.#revoked.has(family)) throw refusal('invalid_grant', 400)
    this.#issued[numberOf(token)] = { family, spent: true }
    return this.#issue(family)
  }

  /** Revoking a refresh token ends its family, as most servers do. */
  revoke(token: string): void {
    this.fingerprint = mixed(this.fingerprint, `revoke ${token}`)
    this.#revoked.add(this.familyOf(numberOf(token)))
  }

  familyOf(number: number): number {
    return this.#issued[number]?.family ?? -1
  }

  /** Tells whether a family is at its end. */
  isRevoked(family: number): boolean {
    return this.#revoked.has(family)
  }

  /** Tells whether a token can still be renewed. */
  isGood(number: number): boolean {
    const { family, spent } = this.#issued[number] ?? { family: -1, spent: true }
    return !this.#revoked.has(family) && (this.#lenient || !spent)
  }

  #issue(family: number): TokenSet {
    const number = this.#issued.push({ family, spent: false }) - 1
    return { access_token: `a${number}`, refresh_token: `r${number}`, token_type: 'Bearer', expires_in: LIFETIME }
  }
}

/** The number of an access token or a refresh token. */
export function numberOf(token: string): number {
  return Number(token.slice(1))
}

/** An answer that says no. */
export function refusal(error: string, status: number): EndpointError {
  return new EndpointError({ endpoint: 'token', status, error })
}
