import type { Case } from './case.ts'
import { clientAuthenticationCases } from './client-authentication.ts'
import { frontChannelCases } from './front-channel.ts'
import { grantCases } from './grant.ts'
import { introspectionCases } from './introspection.ts'
import { loginCases } from './login.ts'
import { openidCases } from './openid.ts'
import { refreshCases } from './refresh.ts'
import { revocationCases } from './revocation.ts'

/** The suite: the same for every adapter and every server. */
export const cases: readonly Case[] = [
  ...loginCases,
  ...frontChannelCases,
  ...openidCases,
  ...grantCases,
  ...refreshCases,
  ...revocationCases,
  ...introspectionCases,
  ...clientAuthenticationCases,
]
