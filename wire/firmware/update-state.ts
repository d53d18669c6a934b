/**
 * How far an update of one node has come. Each is reached in this order, but for the last three, which end it from anywhere.
 * confirmed: the new image runs, has answered and has said that it works: done means this. rolled-back: it did not; the node runs what it
 * ran. refused: nothing was changed, and nothing will be without a person. parked: it cannot go on now, and will be tried again.
 */
export const updateStates = [
  "accepted",
  "staged",
  "activated",
  "trial",
  "confirmed",
  "rolled-back",
  "refused",
  "parked",
] as const;
export type UpdateState = (typeof updateStates)[number];

/** Why it did not go on. */
export const updateFaults = [
  "none",
  "no-answer",
  "no-loader",
  "wrong-class",
  "wrong-node",
  "no-key",
  "wrong-key",
  "not-written",
  "crashed",
  "not-confirmed",
  "too-slow",
  "older",
  "cancelled",
] as const;
export type UpdateFault = (typeof updateFaults)[number];

/** For a record: the numbers of the quantities `firmware_state` and `firmware_fault`. */
export const stateCode = (state: UpdateState): number => 1 + updateStates.indexOf(state);
export const faultCode = (fault: UpdateFault): number => updateFaults.indexOf(fault);

/** What must outlive a loss of power to go on where it was. */
export type Progress = {
  readonly state: UpdateState;
  readonly fault: UpdateFault;
  /** boot485's counter when it was asked to activate; one more means that it did. */
  readonly activation?: number;
  /** Of the node that was met first: another one at its address is not taken for it. */
  readonly serial?: number;
};

export const isFinal = ({ state }: Pick<Progress, "state">): boolean =>
  state === "confirmed" || state === "rolled-back" || state === "refused";

/** A fault as people read it, and what to do. */
export const faultTexts: Readonly<Record<UpdateFault, { readonly en: string; readonly zh: string }>> = {
  none: { en: "", zh: "" },
  "no-answer": {
    en: "the node does not answer; check its power and the line. After a power-on it listens for a second, whatever it runs",
    zh: "节点无应答；请检查供电和线路。上电后无论运行什么固件，它都会监听一秒",
  },
  "no-loader": {
    en: "the node has no boot485: it can only be flashed at its own port",
    zh: "节点没有 boot485 引导程序，只能通过自身串口烧录",
  },
  "wrong-class": {
    en: "the node is of another hardware class or revision than the bundle is for",
    zh: "节点的硬件类别或版本与固件包不符",
  },
  "wrong-node": {
    en: "another serial number answers at this address than the update was begun for",
    zh: "该地址应答的序列号与升级对象不符",
  },
  "no-key": {
    en: "the node has no key yet: give it one with weir-firmware key give",
    zh: "节点尚无密钥，请用 weir-firmware key give 写入",
  },
  "wrong-key": {
    en: "the node has another key than this gateway's list of keys says",
    zh: "节点的密钥与网关密钥表不一致",
  },
  "not-written": {
    en: "a page does not hold what is written to it: the node's flash is worn out; replace the board",
    zh: "闪存页写入后校验不符：闪存已损坏，请更换电路板",
  },
  crashed: {
    en: "the new image crashed three times; the node runs what it ran",
    zh: "新固件连续崩溃三次，节点已恢复原固件",
  },
  "not-confirmed": {
    en: "the new image did not confirm itself in time; the node runs what it ran",
    zh: "新固件未在期限内确认，节点已恢复原固件",
  },
  "too-slow": {
    en: "the transfer did not end in time: the line is too busy or too noisy; it goes on where it was",
    zh: "传输未在期限内完成：线路过忙或干扰过大；将从断点继续",
  },
  older: {
    en: "the node runs a newer version, and an older one was not allowed",
    zh: "节点已运行更新的版本，且未允许降级",
  },
  cancelled: { en: "somebody has taken the order back", zh: "升级命令已被撤销" },
};
