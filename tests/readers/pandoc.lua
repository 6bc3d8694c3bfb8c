-- Reads documents parted by U+001E from the file in DOCUMENTS in the format in READER, and writes
-- their HTML, parted in the same way, to the file in WRITTEN. One process for all of them.
local function contents(name)
  local file = assert(io.open(os.getenv(name), "rb"))
  local text = file:read("a")
  file:close()
  return text
end

function Pandoc(doc)
  local options = pandoc.WriterOptions({ html_math_method = "mathjax", wrap_text = "wrap-none" })
  local written = {}
  for text in (contents("DOCUMENTS") .. "\30"):gmatch("(.-)\30") do
    local read = pandoc.read(text .. "\n", os.getenv("READER"))  -- as from a file
    written[#written + 1] = pandoc.write(read, "html", options)
  end
  local file = assert(io.open(os.getenv("WRITTEN"), "wb"))
  file:write(table.concat(written, "\30"))
  file:close()
  return doc
end
