import type { Explanation } from '../error/explain.js'

/** What a JWE held, or why it was not decrypted; `refused` goes on where "it" left off. */
export type Decrypted = { readonly text: string } | { readonly refused: Explanation; readonly reference: string }

/** Decrypts what a server encrypted for this client. Made by `jweDecryption`, or by the application where a key never leaves its hardware. */
export interface Decryption {
  /**
   * Never rejects for what the JWE says.
   *
   * @param alg the only key management algorithm that is allowed; any that the keys take when absent.
   */
  decrypt(jwe: string, alg?: string): Promise<Decrypted>
}
