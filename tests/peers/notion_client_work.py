"""Real work with the Python SDK (notion-client): users, search, a page with its blocks, all rows of a data
source, a page of its own, and a file in two parts.

In: NOTION_TOKEN; NOTION_BASE_URL, without it Notion's; an argument, the length of the file in bytes (65536).
Out: one line of JSON, {"workspace_name","bot_id","users","found","blocks","rows","filtered","read_back",
"uploaded"}: names and texts, else how many there were.
"""

import io
import json
import os
import sys

from notion_client import Client
from notion_client.helpers import collect_paginated_api

length = int(sys.argv[1]) if len(sys.argv) > 1 else 65536
options = {"auth": os.environ["NOTION_TOKEN"], "notion_version": "2026-03-11"}
if os.environ.get("NOTION_BASE_URL"):
    options["base_url"] = os.environ["NOTION_BASE_URL"]
notion = Client(**options)

me = notion.users.me()
users = collect_paginated_api(notion.users.list, page_size=3)

only_pages = {"property": "object", "value": "page"}
found = notion.search(query="welcome to", filter=only_pages)["results"]
welcome = found[0]["id"]
blocks = collect_paginated_api(notion.blocks.children.list, block_id=welcome)

[database_id] = [block["id"] for block in blocks if block["type"] == "child_database"]
database = notion.databases.retrieve(database_id)
source = database["data_sources"][0]["id"]
rows = collect_paginated_api(notion.data_sources.query, data_source_id=source)
high = {"property": "Priority", "select": {"equals": "High"}}
filtered = collect_paginated_api(notion.data_sources.query, data_source_id=source, filter=high)


def text(content):
    return [{"text": {"content": content}}]


page = notion.pages.create(
    parent={"data_source_id": source},
    properties={"Name": {"title": text("Written by the SDK")}},
    children=[{"paragraph": {"rich_text": text("First.")}}],
)
notion.blocks.children.append(page["id"], children=[{"quote": {"rich_text": text("Second.")}}])
written = notion.blocks.children.list(page["id"])["results"]
read_back = [block[block["type"]]["rich_text"][0]["plain_text"] for block in written]
notion.pages.update(page["id"], in_trash=True)

made = notion.file_uploads.create(mode="multi_part", filename="sample.txt", number_of_parts=2)
for number, size in [("1", length // 2), ("2", length - length // 2)]:
    file = ("sample.txt", io.BytesIO(b"x" * size), "text/plain")
    notion.file_uploads.send(made["id"], file=file, part_number=number)
uploaded = notion.file_uploads.complete(made["id"])

print(
    json.dumps(
        {
            "workspace_name": me["bot"]["workspace_name"],
            "bot_id": me["id"],
            "users": len(users),
            "found": len(found),
            "blocks": len(blocks),
            "rows": len(rows),
            "filtered": len(filtered),
            "read_back": read_back,
            "uploaded": uploaded["content_length"],
        }
    )
)
