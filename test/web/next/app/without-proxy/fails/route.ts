import { fails } from '../../../lib/fails.ts'

export const GET = fails
