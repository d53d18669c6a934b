import { source } from "./query.ts";

/** Written by `npm run docs`; the head of every generated file that may have one. */
const head = "# Written by `npm run docs` from grafana/provisioning.ts; do not edit.\n";

/**
 * The one data source. InfluxQL through the v1-compatible query of any InfluxDB: url from $WEIR_INFLUX_URL, and the read token of 2.x from
 * the file /run/weir/influx-read-token. For 1.x without users the header is ignored; with users, see grafana/README.md.
 */
export const dataSource = `${head}apiVersion: 1
datasources:
  - name: Weir
    uid: ${source.uid}
    type: influxdb
    access: proxy
    url: $WEIR_INFLUX_URL
    isDefault: true
    editable: false
    jsonData:
      version: InfluxQL
      dbName: weir
      httpMode: POST
      timeInterval: 10s
      httpHeaderName1: Authorization
    secureJsonData:
      httpHeaderValue1: Token $__file{/run/weir/influx-read-token}
`;

/** Where Grafana's container finds the boards; docker-compose.yml mounts grafana/dashboards there. */
export const dashboardsPath = "/etc/grafana/dashboards";

const provider = (name: string, folder: string, uid: string, language: string) => `  - name: ${name}
    type: file
    folder: ${folder}
    folderUid: ${uid}
    disableDeletion: true
    allowUiUpdates: false
    updateIntervalSeconds: 30
    options:
      path: ${dashboardsPath}/${language}
`;

/** A folder for each language. */
export const providers = `${head}apiVersion: 1
providers:
${provider("weir", "Weir 城市感知", "weir", "zh")}${provider("weir-en", "Weir city sensing", "weir-en", "en")}`;
