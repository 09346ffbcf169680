import type { Plan } from './rounds.ts'

/** At least 5,000 requests of each contender: one after the other, and 64 at a time. Many short rounds feel a busy machine less than a few long ones. */
export const REQUEST_PLANS: Readonly<Record<string, Plan>> = {
  sequential: { rounds: 100, operations: 50 },
  '64 wide': { rounds: 40, operations: 128, width: 64 },
}
