import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { alone } from '../src/alone.ts'

it('what one does alone, another one waits for', async () => {
  const name = `alone-${randomUUID()}`
  const steps: string[] = []
  const { promise: isIn, resolve: enter } = Promise.withResolvers<void>()
  const { promise: mayLeave, resolve: leave } = Promise.withResolvers<void>()
  const first = alone(name, async () => {
    steps.push('first in')
    enter()
    await mayLeave
    steps.push('first out')
  })
  await isIn
  const others = ['second', 'third'].map((who) => alone(name, async () => void steps.push(who)))
  leave()
  await Promise.all([first, ...others])
  expect([steps.slice(0, 2), steps.length]).toEqual([['first in', 'first out'], 4])
  expect(existsSync(join(tmpdir(), `${name}.sock`))).toBe(false)
})

it('what was being done is free for others when its process was killed', async () => {
  const name = `alone-${randomUUID()}`
  const program = `require('node:net').createServer().listen(${JSON.stringify(join(tmpdir(), `${name}.sock`))}, () => console.log('listens'))`
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  const waiting = alone(name, async () => {})
  child.kill('SIGKILL')
  await waiting
})

it('what fails is told, and free for others', async () => {
  const name = `alone-${randomUUID()}`
  await expect(alone(name, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  await alone(name, async () => {})
})
