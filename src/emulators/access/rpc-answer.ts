/** A document of one level or more; lists are arrays of documents. */
export type RpcValue = string | number | boolean | readonly RpcValue[] | { readonly [name: string]: RpcValue }

/** In the format that the caller asked for. XML repeats an element for every item of a list. */
export function writeRpcAnswer(
  format: string | undefined,
  root: string,
  value: { readonly [name: string]: RpcValue },
): { readonly type: string; readonly body: string } {
  if (format?.toUpperCase() === 'JSON') return { type: 'application/json;charset=utf-8', body: JSON.stringify(value) }
  return { type: 'text/xml;charset=utf-8', body: `<?xml version='1.0' encoding='UTF-8'?>${element(root, value)}` }
}

function element(name: string, value: RpcValue): string {
  if (Array.isArray(value)) return (value as readonly RpcValue[]).map((item) => element(name, item)).join('')
  const content =
    typeof value === 'object'
      ? Object.entries(value as { readonly [name: string]: RpcValue })
          .map(([key, one]) => element(key, one))
          .join('')
      : escape(String(value))
  return `<${name}>${content}</${name}>`
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
