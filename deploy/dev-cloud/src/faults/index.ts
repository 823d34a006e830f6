export { type Fault, faultKinds, type FaultSetup, FaultSwitches, type FaultSubject } from './switches.ts';
