# Says which Python this is and which packages it finds, as one JSON document; reads their metadata and imports none of them.
import sys
# The directory that it is started in may have modules with names of Python's own.
sys.path[:] = [place for place in sys.path if place]
import json, os, platform
from importlib import metadata
from urllib.parse import urlparse
from urllib.request import url2pathname
found, editable = {}, []
for d in metadata.distributions():
    name = d.metadata["Name"]
    if not name or name in found:
        continue
    link = d.read_text("direct_url.json")
    link = json.loads(link) if link else None
    if link:
        if link.get("dir_info", {}).get("editable") and link["url"].startswith("file://"):
            editable.append({"name": name, "place": url2pathname(urlparse(link["url"]).path)})
        vcs = link.get("vcs_info", {})
        link = (vcs.get("vcs", "") + "+" if vcs else "") + link["url"] + ("@" + vcs["commit_id"] if vcs else "")
    found[name] = {"name": name, "version": d.version, "link": link}
# Where modules come from: directories, and those that hold what a finder of setuptools leads to, under its own name.
imports = list(sys.path)
for finder in sys.meta_path:
    mapping = getattr(sys.modules.get(getattr(finder, "__module__", None)), "MAPPING", None)
    for module, place in mapping.items() if isinstance(mapping, dict) else []:
        if os.path.splitext(os.path.basename(place))[0] == module.split(".")[-1]:
            imports.append(os.path.normpath(os.path.join(place, *[".."] * (module.count(".") + 1))))
print(json.dumps({
    "executable": sys.executable, "version": platform.python_version(),
    "implementation": platform.python_implementation(), "prefix": sys.prefix,
    "isVirtual": sys.prefix != sys.base_prefix, "packages": list(found.values()),
    "imports": imports, "editable": editable,
}))
