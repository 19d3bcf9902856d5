/** What is being done to the line: reach's judgement, for the terminal and the page, which look for themselves. */

export { isHidden } from '@polynya/reach/carriers/hidden';
export {
  type DatagramsSeen,
  DIAGNOSES,
  type Diagnosis,
  diagnose,
  type Finding,
  type HostSeen,
  type Seen,
  type Step,
  type Transfer,
} from '@polynya/reach/diagnosis/diagnose';
export { type Note, Notes } from '@polynya/reach/diagnosis/notes';
export { isAddress, type Measured, ooniMeasurement } from '@polynya/reach/diagnosis/ooni';
export { SENTENCES } from '@polynya/reach/diagnosis/sentences';
