// Other people's programs as children: each in a process group of its own, so that nothing it started outlives it.
import { spawn } from 'node:child_process'

const outputCharacterCountMax = 4 * 1024 * 1024
const groups = new Set()

/** Ends every group that still runs, at once. */
export function killAll() {
  for (const pid of groups) killGroup(pid, 'SIGKILL')
}

/** Runs to the end or to its deadline. Gives `{ code, output, late }`; stdout and stderr together, in order. */
export function runChild(command, args, { env, secondsMax, cwd }) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { env, cwd, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
    if (child.pid !== undefined) groups.add(child.pid)
    let output = ''
    let late = false
    const take = (text) => {
      if (output.length < outputCharacterCountMax) output += text
    }
    child.stdout.setEncoding('utf8').on('data', take)
    child.stderr.setEncoding('utf8').on('data', take)
    const timer = setTimeout(() => {
      late = true
      killGroup(child.pid, 'SIGKILL')
    }, secondsMax * 1000)
    const end = (code, words = '') => {
      clearTimeout(timer)
      if (child.pid !== undefined) {
        killGroup(child.pid, 'SIGKILL')
        groups.delete(child.pid)
      }
      resolve({ code, output: output + words, late })
    }
    child.once('error', (error) => end(127, `${command}: ${error.message}\n`))
    child.once('exit', () => {
      // A grandchild that holds the pipes open would keep `close` away for ever.
      setTimeout(() => killGroup(child.pid, 'SIGKILL'), 2_000).unref()
    })
    child.once('close', (code) => end(code ?? 1))
  })
}

/** A child that goes on running; `stop` ends it kindly and, after a while, by force. */
export function startChild(command, args, { env, stderr }) {
  const child = spawn(command, args, { env, detached: true, stdio: ['pipe', 'pipe', stderr] })
  if (child.pid !== undefined) groups.add(child.pid)
  const exited = new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`))
  })
  const stop = async (secondsMax) => {
    child.kill('SIGTERM')
    const timer = setTimeout(() => killGroup(child.pid, 'SIGKILL'), secondsMax * 1000)
    await exited
    clearTimeout(timer)
    if (child.pid === undefined) return
    killGroup(child.pid, 'SIGKILL')
    groups.delete(child.pid)
  }
  return { stdout: child.stdout, exited, stop }
}

function killGroup(pid, signal) {
  if (pid === undefined) return
  try {
    process.kill(-pid, signal)
  } catch (error) {
    if (error.code !== 'ESRCH') throw error
  }
}
