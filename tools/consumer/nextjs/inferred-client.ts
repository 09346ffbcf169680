import { useUser } from '@oauth/nextjs/client'

export const user = () => useUser()
export const functions = { useUser }
