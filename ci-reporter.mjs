// Closes a tap run with one line a machine can read: `N passed, N failed, N skipped`, counting leaves.
import { Transform } from 'node:stream';
import { Parser } from 'tap-parser';

export default class CiReporter extends Transform {
  #parser = new Parser();
  #counts = { pass: 0, fail: 0, skip: 0 };

  constructor() {
    super();
    this.#watch(this.#parser);
  }

  /** A parent's own result repeats its children's; only a failing parent without a failing leaf counts (plan, timeout, crash). */
  #watch(parser) {
    let childSeen = false;
    parser.on('child', (child) => {
      childSeen = true;
      this.#watch(child);
    });
    parser.on('assert', (result) => {
      const isParent = childSeen;
      childSeen = false;
      this.#count(result, isParent);
    });
  }

  #count(result, isParent) {
    if (isParent && (result.ok || this.#counts.fail > 0)) return;
    if (result.skip || result.todo) this.#counts.skip++;
    else if (result.ok) this.#counts.pass++;
    else {
      this.#counts.fail++;
      this.push(`not ok ${result.fullname ?? ''} > ${result.name}\n${JSON.stringify(result.diag ?? {}, null, 1)}\n`);
    }
  }

  _transform(chunk, _encoding, done) {
    this.#parser.write(chunk);
    done();
  }

  _flush(done) {
    this.#parser.end();
    const { pass, fail, skip } = this.#counts;
    this.push(`${pass} passed, ${fail} failed, ${skip} skipped\n`);
    done();
  }
}
