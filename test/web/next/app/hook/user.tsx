'use client'

import { useUser } from '@oauth/nextjs/client'

export function User() {
  const { user, isLoading, error } = useUser()
  return <p>{isLoading ? 'loading' : error === undefined ? `user: ${user?.sub}` : 'failed'}</p>
}
