/** passive-client-handling-commit.json: Commits of every kind of proposal, by value and by reference. */
import { followVectors } from './passive-client.ts';

followVectors('passive-client-handling-commit.json');
