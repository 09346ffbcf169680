import type { Scenario } from './scenario.js'
import type { Fault, Faults } from './scheduler.js'

/** Any one fault. */
const ONE: Faults = { crash: 1, answer: 1, request: 1, store: 1, lease: 1, all: 1 }
/** Any two faults of different kinds. */
const TWO: Faults = { ...ONE, all: 2 }
/** A crash, a lost answer and a failing store, in any combination. */
const THREE: Faults = { crash: 1, answer: 1, store: 1 }
/** These, and a lease that passes. */
const EACH: Faults = { ...THREE, lease: 1 }

const NAMES: Readonly<Record<Fault, string>> = {
  answer: 'an answer is lost',
  request: 'a request fails',
  lease: 'a lease passes',
  store: 'the store fails',
  crash: 'a crash',
}

/** What is explored with each check: seconds on one core. */
export const small: readonly Scenario[] = [
  { name: 'two processes, any one fault', processes: [['use'], ['use']], faults: ONE },
  { name: 'two processes, a lenient server, any one fault', processes: [['use'], ['use']], faults: ONE, lenient: true },
  {
    name: 'two processes of two callers',
    processes: [
      ['use', 'use'],
      ['use', 'use'],
    ],
    faults: {},
  },
  { name: 'three processes', processes: [['use'], ['use'], ['use']], faults: {} },
  { name: 'a logout, any one fault', processes: [['use'], ['logout']], faults: ONE },
  { name: 'a login, any one fault', processes: [['use'], ['login']], faults: ONE },
  { name: 'an old token put back, any one fault', processes: [['use'], ['put back']], faults: ONE },
  { name: 'two callers of a process, slow answers, any one fault', processes: [['use', 'use']], faults: ONE, slowAnswers: true },
  { name: 'a logout in the process, slow answers, any one fault', processes: [['use', 'logout']], faults: ONE, slowAnswers: true },
  { name: 'a login in the process, any one fault', processes: [['use', 'login']], faults: ONE },
  { name: 'an old token put back in the process, slow answers', processes: [['use', 'put back']], faults: {}, slowAnswers: true },
]

/** What is explored on demand: minutes to hours. */
export const large: readonly Scenario[] = [
  { name: '2 × 1, each fault', processes: [['use'], ['use']], faults: EACH },
  { name: '2 × 1, a lenient server, each fault', processes: [['use'], ['use']], faults: EACH, lenient: true },
  { name: '2 × 1, slow answers, any two faults', processes: [['use'], ['use']], faults: TWO, slowAnswers: true },
  { name: '2 × 1, a store that tells of changes, any one fault', processes: [['use'], ['use']], faults: ONE, watch: true },
  { name: '2 × 1, asked to renew and rejected, any one fault', processes: [['renew'], ['rejected']], faults: ONE },
  ...(['answer', 'request', 'lease', 'store', 'crash'] as const).map((fault) => twoByTwo(fault)),
  {
    name: '2 × 2, a crash, a lost answer and a failing store',
    processes: [
      ['use', 'use'],
      ['use', 'use'],
    ],
    faults: THREE,
  },
  {
    name: '2 × 2, with a logout, any one fault',
    processes: [
      ['use', 'use'],
      ['use', 'logout'],
    ],
    faults: ONE,
  },
  {
    name: '2 × 2, with a login, any one fault',
    processes: [
      ['use', 'use'],
      ['use', 'login'],
    ],
    faults: ONE,
  },
  {
    name: '2 × 2, with an old token put back, any one fault',
    processes: [
      ['use', 'use'],
      ['use', 'put back'],
    ],
    faults: ONE,
  },
  { name: '3 × 1, a crash, a lost answer and a failing store', processes: [['use'], ['use'], ['use']], faults: THREE },
  { name: '3 × 1, any one fault', processes: [['use'], ['use'], ['use']], faults: ONE },
  { name: '3 × 1, with a logout, any one fault', processes: [['use'], ['use'], ['logout']], faults: ONE },
  { name: '3 × 1, with a login, any one fault', processes: [['use'], ['use'], ['login']], faults: ONE },
]

/** Any one fault is one of these: together they are what one exploration with all of them would be, in parts that come to an end. */
function twoByTwo(fault: Fault): Scenario {
  return {
    name: `2 × 2, one fault: ${NAMES[fault]}`,
    processes: [
      ['use', 'use'],
      ['use', 'use'],
    ],
    faults: { [fault]: 1 },
  }
}
