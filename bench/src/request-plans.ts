import type { Plan } from './rounds.ts'

/** 5,000 requests of each contender: one after the other, and 64 at a time. Many short rounds feel a busy machine less than a few long ones. */
export const REQUEST_PLANS: Readonly<Record<string, Plan>> = {
  sequential: { rounds: 25, operations: 200 },
  '64 wide': { rounds: 25, operations: 200, width: 64 },
}
