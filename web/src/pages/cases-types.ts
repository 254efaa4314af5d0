// Cases as the server tells of them.
import { word } from "../i18n";
import { party, status } from "../state";

export interface Basis { finding: string; incident?: string; provision?: string; from?: string; result?: string; severity?: string; occurrence?: string; party?: string; sources?: number; records?: number[] }
export interface Vote { member: string; vote: string }
export interface Ruling { outcome: string; party?: string; confidence?: number; provisions?: string[]; votes?: Vote[]; dissents?: { member: string; text: string }[]; for?: string; by?: string; at?: string; appeal?: boolean }
export interface Summary { id: string; title?: string; state: string; opened: string; findings?: string[]; ruling?: Ruling; text?: string; at?: string }
export interface Option { move: string; kind: string; to?: string; by: string[]; not_by?: string[]; due?: string; wait?: string }
export interface Deadline { id: string; kind: string; who: string; what: string; from: string; due: string; done?: string; right?: boolean; rests?: boolean }
export interface Step {
  move: string; kind?: string; to?: string; for?: string; text?: string; findings?: Basis[]; evidence?: string[]; title?: string; accused?: string; parties?: string[]; office?: string;
  item?: string; means?: string; outcome?: string; reason?: string; case?: string; ruling?: Ruling; due?: string; by: string; role: string; at: string; reasons: string; record: number;
}
export interface Case {
  id: string; title?: string; state: string; since: string; opened: string; version: number; findings?: Basis[]; accused?: string; reported_by: string; reported_for?: string; office?: string;
  suspended?: string; notified?: string[];
  questions?: { id: string; to: string; text: string; at: string; due: string; answer?: string; answered?: string }[];
  tasks?: { id: string; means: string; office?: string; text: string; at: string; due: string; outcome?: string; result?: string; evidence?: string[]; done?: string }[];
  drafts?: { id: string; kind: string; text: string; by: string; at: string; approved_by?: string; approved?: string }[];
  comments?: { party: string; at: string; due: string; position?: string; text?: string; done?: string }[];
  ruling?: Ruling; rulings_before?: Ruling[]; appeals?: string[];
  remedies?: { id: string; party?: string; text: string; at: string; due: string; outcome?: string; done?: string }[];
  outcome?: string; duplicate_of?: string; published?: Summary[];
  steps: Step[]; evidence?: { finding: string; incident?: string; result?: string; occurrence?: string; party?: string }[];
  deadlines?: Deadline[]; next?: Option[]; waiting?: string[]; as_of: string;
}
export interface Row {
  id: string; title?: string; state: string; since: string; opened: string; findings?: string[]; accused?: string; office?: string; outcome?: string; responsible?: string;
  waiting?: string[]; due?: string; overdue?: number; version: number; handling?: string;
}
export interface Procedure { decides?: string; appeal_to?: string; quorum?: number; dissent?: boolean; suspended?: string[]; outcomes: string[]; states: string[]; moves: { move: string; as: string; from?: string[]; to?: string; by: string[]; words?: Record<string, string> }[] }

export const outcome = (x: string) => word("case-outcome", x);
export const move = (x: { move: string; kind?: string }) => word("move", x.kind ?? x.move);

/** who names a role, party or office that has to act. */
export const who = (x: string) => (status.value?.parties.some(p => p.id === x) ? party(x) : word("role", x));
