import { MessagePort, receiveMessageOnPort } from "node:worker_threads"

/** Ends a worker thread by closing the port to its parent. Deno's cannot be closed; nothing else keeps its thread. */
export const closePort = (port: MessagePort): void => {
  if (typeof port.close === "function") port.close()
  else process.exit()
}

/**
 * The messages that have come and that no listener was given. Deno's port cannot be asked: its messages come to the
 * listener, between two steps of the work.
 */
export function* waitingMessages<Message>(port: MessagePort): Generator<Message> {
  if (!(port instanceof MessagePort)) return
  for (let next = receiveMessageOnPort(port); next !== undefined; next = receiveMessageOnPort(port)) yield next.message
}
