import type { NextConfig } from 'next'

// The one thing that has to be known when the application is built: Next writes it into the pages. All else is read at run time.
const basePath = process.env['BASE_PATH'] ?? ''

const config: NextConfig = {
  ...(basePath === '' ? {} : { basePath, distDir: `.next${basePath.replaceAll('/', '-')}` }),
  poweredByHeader: false,
}

export default config
