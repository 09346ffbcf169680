import { cookies } from 'next/headers'
import { config, login, logout, protect, session } from '../../lib/oauth.ts'
import { tokenView } from '../../lib/token-view.ts'

/** Shows the next page what an action has found out. */
async function tell(text: string): Promise<void> {
  ;(await cookies()).set('told', text)
}

async function signIn(form: FormData): Promise<void> {
  'use server'
  await login(String(form.get('provider')), { returnTo: new URL(`${config.baseUrl}/actions`).pathname })
}

async function signOut(): Promise<void> {
  'use server'
  await logout()
}

async function useToken(): Promise<void> {
  'use server'
  await tell(JSON.stringify(await tokenView()))
}

const guarded = protect(async (form: FormData) => {
  await tell(`${form.get('word')} ${(await session())?.user.sub}`)
})

async function useGuarded(form: FormData): Promise<void> {
  'use server'
  await guarded(form)
}

export default async function Actions() {
  return (
    <>
      <form action={signIn}>
        <input name="provider" defaultValue="demo" />
        <button type="submit">sign in</button>
      </form>
      <form action={signOut}>
        <button type="submit">sign out</button>
      </form>
      <form action={useToken}>
        <button type="submit">use token</button>
      </form>
      <form action={useGuarded}>
        <input name="word" defaultValue="secret" />
        <button type="submit">use guarded</button>
      </form>
      <p>{`user: ${(await session())?.user.sub}`}</p>
      <p>{`told: ${(await cookies()).get('told')?.value}`}</p>
    </>
  )
}
