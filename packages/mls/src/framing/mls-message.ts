/** MLSMessage (RFC 9420 section 6): any message, with its version and what it is. */

import type { Infer } from '../codec/codec.ts';
import { type Codec, select, struct, uint16 } from '../codec/codec.ts';
import { groupInfo } from '../group/group-info.ts';
import { keyPackage } from '../group/key-package.ts';
import { welcome } from '../group/welcome.ts';
import { MlsError } from '../mls-error.ts';
import { MLS_10 } from '../schedule/group-context.ts';
import { wireFormat } from './framed-content.ts';
import { privateMessage } from './private-message.ts';
import { publicMessage } from './public-message.ts';

const anyMessage = select('format', wireFormat, {
  publicMessage: struct({ publicMessage }),
  privateMessage: struct({ privateMessage }),
  welcome: struct({ welcome }),
  groupInfo: struct({ groupInfo }),
  keyPackage: struct({ keyPackage }),
});
export type MlsMessage = Infer<typeof anyMessage>;

export const mlsMessage: Codec<MlsMessage> = {
  write(writer, message) {
    writer.uint(MLS_10, 2);
    anyMessage.write(writer, message);
  },
  read(reader) {
    if (uint16.read(reader) !== MLS_10) throw new MlsError('malformed', 'of another version');
    return anyMessage.read(reader);
  },
};
