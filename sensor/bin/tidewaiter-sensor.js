#!/usr/bin/env node
// Plain JavaScript that old Node.js versions can parse: says what is missing, then starts the built program.
import { statSync } from 'node:fs';

var major = Number(process.versions.node.split('.')[0]);
var bundle = new URL('../dist/bundle/main.js', import.meta.url);
var main = new URL('../dist/main.js', import.meta.url);
/** When the file was written; 0 when there is none. */
var writtenAt = function (url) {
  var found = statSync(url, { throwIfNoEntry: false });
  return found ? found.mtimeMs : 0;
};
var isOver = false;
/** An `await` out here would be an error of syntax to a Node.js before 14.8, so what it would tell is told here. */
var start = function (url) {
  process.once('beforeExit', function () {
    if (isOver) return;
    console.error('tidewaiter-sensor stopped with work undone.');
    process.exitCode = 13;
  });
  import(url).then(
    function () {
      isOver = true;
    },
    function (error) {
      console.error(error);
      process.exit(1);
    },
  );
};
if (major < 24) {
  console.error('tidewaiter-sensor needs Node.js 24 or newer; this is Node.js ' + process.versions.node + '. Run it as `npx tidewaiter-sensor` from the checkout, or install Node.js 24.');
  process.exitCode = 2;
} else if (writtenAt(main) === 0 && writtenAt(bundle) === 0) {
  console.error('tidewaiter-sensor is not built; run `npm ci` (or `npm run build`) in the checkout first.');
  process.exitCode = 2;
} else {
  // The bundle starts in half the time; where the compiler alone has run since it was made, it is out of date.
  start(writtenAt(bundle) >= writtenAt(new URL('../dist/.tsbuildinfo', import.meta.url)) ? bundle.href : main.href);
}
