import { describe, expect, it } from 'vitest'
import { TransportError } from '../../src/error/transport-error.js'
import { NOW } from '../../src/session/testing/fixture.js'
import { record } from '../../src/session/testing/life-cycle.js'
import { current, expired } from './world.js'

describe('F05', () => {
  it('lost for a machine token is nothing: no journal, and the next goes on at once', async () => {
    const { start, time, write, stored } = expired()
    write(
      record('m', {
        grant: { type: 'client_credentials' },
        token: { access_token: 'm', token_type: 'Bearer', expires_in: 10, expires_at: NOW },
      }),
    )
    const one = start(() => Promise.reject(new TransportError('token', { reason: 'reset', sent: 'maybe' })))
    await expect(current(one)).rejects.toMatchObject({ terminal: false })
    expect(stored()).not.toHaveProperty('lease')
    expect(time.now).toBe(NOW + 3601)
  })
})
