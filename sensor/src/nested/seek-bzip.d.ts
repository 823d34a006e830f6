declare module 'seek-bzip' {
  /** What it is given; either may throw to stop it. */
  interface Input {
    readByte(): number;
    read(into: Uint8Array, from: number, length: number): number;
  }
  interface Output {
    writeByte(byte: number): void;
  }
  const Bunzip: { decode(input: Input, output: Output, multistream: boolean): void };
  export default Bunzip;
}
