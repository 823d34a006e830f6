/** Undoes percent-encoding byte by byte in a text of one character a byte (RFC 3986, 2.1); what is no escape stays. */
export function percentDecoded(text: string): string {
  return text.replaceAll(/%([0-9A-Fa-f]{2})/g, (_escape, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
