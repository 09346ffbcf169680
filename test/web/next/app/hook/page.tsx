import { User } from './user.tsx'

export default function Hook() {
  return <User />
}
