/** An identifier as the catalog prints it: quoted only where it must be. */
export function quotedAsNeeded(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`
}
