import { createApp } from './app.ts'

const port = Number(process.env['PORT'] ?? 3000)
const env = { BASE_URL: `http://localhost:${port}`, ...process.env }
createApp({ env }).listen(port, () => console.log(env.BASE_URL))
