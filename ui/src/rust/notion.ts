/** The host of Notion's API: where requests go, unless somebody chose another one. */
export const NOTION = "api.notion.com";

/** The page of Notion's portal where integrations and tokens are made and ended: the one that Rust opens. */
export const PORTAL = "https://app.notion.com/developers/connections";
