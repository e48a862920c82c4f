/** The host of Notion's API: where requests go, unless somebody chose another one. */
export const NOTION = "api.notion.com";
