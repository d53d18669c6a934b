import { DataValue } from "node-opcua-data-value";
import { MessageSecurityMode, SecurityPolicy, type ServerSecureChannelLayer } from "node-opcua-secure-channel";
import { OPCUAServer } from "node-opcua-server";
import { type StatusCode, StatusCodes } from "node-opcua-status-code";
import { DataType, Variant, VariantArrayType } from "node-opcua-variant";
import { openPki } from "./pki.ts";
import {
  type Conduct,
  goodConduct,
  type ServerPlan,
  type Shown,
  simulatorUser,
  type VariablePlan,
} from "./server-plan.ts";
import { addVariables, namespaceOf } from "./space.ts";

/** A server that answers. */
export type OpcuaServer = {
  /** One for each variable of the plan, in its order; undefined leaves a variable as it is. */
  show(values: readonly (Shown | undefined)[]): void;
  behave(conduct: Conduct): void;
  /** Ends sessions and listening. Idempotent. */
  close(): Promise<void>;
};

/** Decides on a write: the number, booleans as 0 and 1, and a status code's name as the answer. */
export type OnWrite = (index: number, value: number) => Promise<string>;

/** Brings a server up; `now`: epoch ms. Rejects when it cannot listen or has no place for its certificate. */
export async function openServer(plan: ServerPlan, now: () => number, onWrite: OnWrite): Promise<OpcuaServer> {
  const pki = await openPki(plan, now);
  const server = new OPCUAServer({
    host: plan.host,
    hostname: plan.host,
    port: plan.port,
    securityPolicies: [SecurityPolicy.None, SecurityPolicy.Basic256Sha256, SecurityPolicy.Aes256_Sha256_RsaPss],
    securityModes: [MessageSecurityMode.None, MessageSecurityMode.Sign, MessageSecurityMode.SignAndEncrypt],
    serverCertificateManager: pki.server,
    userCertificateManager: pki.users,
    certificateFile: pki.certificateFile,
    privateKeyFile: pki.privateKeyFile,
    serverInfo: { applicationUri: pki.applicationUri, applicationName: { text: plan.name } },
    buildInfo: { productName: plan.name, manufacturerName: "Weir simulators" },
    serverCapabilities: { maxSessions: 100, maxMonitoredItems: 100_000, maxMonitoredItemsPerSubscription: 100_000 },
    maxConnectionsPerEndpoint: 100,
    isAuditing: false,
    userManager: {
      isValidUser: (name: string, password: string) =>
        name === simulatorUser.name && password === simulatorUser.password,
    },
  });
  await server.initialize();
  const space = server.engine.addressSpace!;
  for (const uri of plan.strangers) namespaceOf(space, uri);
  const variables = addVariables(space, plan.variables);
  const shown: DataValue[] = plan.variables.map(
    () => new DataValue({ statusCode: StatusCodes.BadWaitingForInitialData }),
  );
  for (const [index, variable] of variables.entries()) {
    if (!plan.variables[index]!.writable) continue;
    variable.bindVariable(
      {
        timestamped_get: () => shown[index]!,
        timestamped_set: async ({ value }: DataValue) => codeOf(await onWrite(index, numberOf(value))),
      },
      true,
    );
  }

  const show: OpcuaServer["show"] = (values) => {
    for (const [index, told] of values.entries()) {
      if (!told) continue;
      const variant = variantOf(plan.variables[index]!, told.value);
      const [statusCode, sourceTimestamp] = [codeOf(told.status), new Date(told.at)];
      if (plan.variables[index]!.writable)
        shown[index] = new DataValue({ value: variant, statusCode, sourceTimestamp, serverTimestamp: new Date(now()) });
      else variables[index]!.setValueFromSource(variant, statusCode, sourceTimestamp);
    }
  };
  show(plan.first ?? []);
  let conduct = goodConduct;
  server.on("newChannel", (channel) => mind(channel, () => conduct));
  await server.start();
  let closing: Promise<void> | undefined;
  return {
    show,
    behave: (next) => {
      conduct = next;
    },
    close: () => {
      closing ??= server.shutdown(0).then(pki.close);
      return closing;
    },
  };
}

/** Puts the conduct between the server and what leaves on a channel. */
function mind(channel: ServerSecureChannelLayer, conduct: () => Conduct): void {
  type Send = ServerSecureChannelLayer["send_response"];
  const send: Send = channel.send_response.bind(channel);
  channel.send_response = (...args: Parameters<Send>) => {
    const { noPublishes, silent, delayMs } = conduct();
    const [, response, , callback] = args;
    if (silent || (noPublishes && response.schema.name === "PublishResponse")) callback?.();
    else if (delayMs > 0) setTimeout(() => send(...args), delayMs);
    else send(...args);
  };
}

function codeOf(name: string): StatusCode {
  return (StatusCodes as unknown as Readonly<Record<string, StatusCode>>)[name] ?? StatusCodes.BadInternalError;
}

function numberOf({ value }: Variant): number {
  return typeof value === "boolean" ? Number(value) : Array.isArray(value) ? high32(value) : value;
}

/** 64-bit integers are pairs of their halves, high one first. */
function high32([high = 0, low = 0]: readonly number[]): number {
  return high * 2 ** 32 + low;
}

function variantOf({ type, length }: VariablePlan, value: number | readonly number[]): Variant {
  const dataType = DataType[type];
  if (length === undefined) return new Variant({ dataType, value: nativeOf(type, value as number) });
  const list = (value as readonly number[]).map((each) => nativeOf(type, each));
  return new Variant({ dataType, arrayType: VariantArrayType.Array, value: list });
}

function nativeOf(type: VariablePlan["type"], value: number): unknown {
  if (type === "Boolean") return value !== 0;
  if (type === "Int64" || type === "UInt64") return [Math.floor(value / 2 ** 32) >>> 0, value >>> 0];
  return value;
}
