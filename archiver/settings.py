"""The settings of the project. Defaults are the polite ones: faster is a setting to write down."""

from archiver import __version__
from archiver.site import LARGEST_PAGE

BOT_NAME = "kexue-archiver"
SPIDER_MODULES = ["archiver.spiders"]
COMMANDS_MODULE = "archiver.commands"

# --- Of this project ------------------------------------------------------------------------------
KEXUE_BASE_URL = "https://kexue.fm"  # where the blog is read from
KEXUE_DATA_DIR = "data"  # where the archive is written, relative to the working directory
KEXUE_NAME = "kexue"  # <name>.db and <name>.jsonl
KEXUE_JSONL_COUNTS = True  # 0: no reader and comment counts in the JSONL, for small diffs
KEXUE_JSONL_COMMENTS = False  # 1: the comments of readers in the JSONL too
KEXUE_WARC = True  # 0: no WARC files of what was sent and received
KEXUE_WARC_SIZE = 100  # MB; a WARC file of this size is full, the next one is begun
KEXUE_PICTURES = True  # 0: the pictures of the articles are not fetched
KEXUE_PICTURES_PER_RUN = 300  # pictures and files that a run asks for, after its articles
KEXUE_PICTURE_DAYS = 180  # days after which one is asked for again; 0: never
KEXUE_ATTACHMENTS = False  # 1: the files of the blog that articles link to (PDF, ZIP) as well
KEXUE_FILE_SIZE = 50  # MB; a larger picture or file is not fetched
KEXUE_RECHECK = 20  # archived articles that a run reads again, the most overdue first
KEXUE_MOST_PAGES = 1000  # listing pages before a pager counts as endless (the blog has 134)
KEXUE_CONTACT = "kexue-archiver@example.org"  # in the user agent: put your own address here
KEXUE_HOOK_URL = ""  # gets the report of every run as JSON, by POST
KEXUE_HOOK_COMMAND = ""  # a shell command that gets it on its standard input
KEXUE_HOOK_WHEN = "always"  # or "failure": only when the exit status is not 0
KEXUE_GATE_DELAY = 1.0  # seconds before the gate is asked again, doubled each time
KEXUE_BACKOFF = 1.0  # the wait after a failed try, in DOWNLOAD_DELAYs; doubled each time
KEXUE_BACKOFF_MOST = 10.0  # the longest, in DOWNLOAD_DELAYs; a Retry-After is kept whole
KEXUE_PATIENCE = 300.0  # seconds; a longer wait that the server asks for ends the run
KEXUE_BREAKER = 4  # addresses in a row that failed for good end the run; 0: never

# --- Manners --------------------------------------------------------------------------------------
USER_AGENT = f"kexue-archiver/{__version__}"  # the spider adds KEXUE_CONTACT
ROBOTSTXT_OBEY = True  # Scrapy's default is to ignore it; its Crawl-delay is applied as well
CONCURRENT_REQUESTS = 1  # one at a time: published crawls with more met 403, 429 and resets
CONCURRENT_REQUESTS_PER_DOMAIN = 1
DOWNLOAD_DELAY = 3.0  # seconds between requests
DOWNLOAD_DELAY_JITTER = 0  # a jitter would also make the delay shorter
AUTOTHROTTLE_ENABLED = True  # a slow server is asked more slowly
AUTOTHROTTLE_START_DELAY = 0  # start with DOWNLOAD_DELAY
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "zh-CN,zh;q=0.9",  # the blog is Chinese
}
COOKIES_ENABLED = True  # the gate opens with a cookie
REFERRER_POLICY = "no-referrer"  # which page led to another is nobody's business

# --- Safety ---------------------------------------------------------------------------------------
DOWNLOAD_VERIFY_CERTIFICATES = True  # Scrapy's default is not to
REMOTE_CONTROL_ENABLED = False  # an HTTP server that runs Python code, on by default
TELNETCONSOLE_ENABLED = False
METAREFRESH_ENABLED = False  # only captive pages use it
DOWNLOAD_MAXSIZE = LARGEST_PAGE  # a page has 70 kB; a larger answer is not a page
DOWNLOAD_WARNSIZE = 0  # the refusal names the page
DOWNLOAD_TIMEOUT = 60  # seconds

# --- Faults ---------------------------------------------------------------------------------------
RETRY_TIMES = 4  # then the address is named as failed
RETRY_HTTP_CODES = [408, 425, 429, 500, 502, 503, 504, *range(520, 528), 530]  # 403: see retry.py
RETRY_PRIORITY_ADJUST = 0  # an address is tried to its end before the next one
RETRY_GIVE_UP_LOG_LEVEL = "DEBUG"  # the failure is named once, by the run

# --- Order of work --------------------------------------------------------------------------------
ADDONS = {  # made before all other components, which ask them by RetryPolicy.of and ArchiveRun.of
    "archiver.network.retry_policy.RetryPolicy": 100,  # when to wait, try again, give up
    "archiver.run.archive_run.ArchiveRun": 200,  # the run of a spider that keeps an archive
}
DOWNLOAD_HANDLERS = {  # a pause holds for queued requests too
    "http": "archiver.network.download_handler.PausingDownloadHandler",
    "https": "archiver.network.download_handler.PausingDownloadHandler",
}
DOWNLOADER_MIDDLEWARES = {
    "archiver.network.own_hosts.OwnHostsOnly": 45,  # before robots.txt of a foreign host is asked
    "archiver.network.retry.RetryLater": 550,  # sees decoded pages (590 unpacks them)
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,  # retries at once; see RetryLater
    "archiver.network.gate.PassGate": 570,  # unpacked (590), and its cookie is kept (700)
    "scrapy.downloadermiddlewares.cookies.CookiesMiddleware": None,  # asks publicsuffix.org
    "archiver.network.cookies.OfflineCookies": 700,
}
SPIDER_MIDDLEWARES = {
    # warns when a page is asked for again with the count of its tries, which is meant
    "scrapy.spidermiddlewares.metacopy.MetaCopyDetectionMiddleware": None,
    # the spider makes all addresses itself: none is long, and how deep it stands says nothing
    "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware": None,
    "scrapy.spidermiddlewares.depth.DepthMiddleware": None,
}
ITEM_PIPELINES = {
    "archiver.pipelines.dates.NormaliseDates": 100,
    "archiver.pipelines.readers.ParseReaderCounts": 200,
    "archiver.pipelines.boilerplate.StripBoilerplate": 300,  # all below read the clean body
    "archiver.pipelines.text.ExtractText": 400,
    "archiver.pipelines.links.ListLinks": 500,
    "archiver.pipelines.comments.ReadComments": 550,
    "archiver.pipelines.validate.Validate": 600,  # the last word before the archive
    "archiver.pipelines.store.Store": 900,
}
EXTENSIONS_BASE = {  # Scrapy's without four, which it would load to leave them out: 8 MB, 0.2 s
    "scrapy.extensions.corestats.CoreStats": 0,
    "scrapy.extensions.logcount.LogCount": 0,
    "scrapy.extensions.memusage.MemoryUsage": 0,
    "scrapy.extensions.memdebug.MemoryDebugger": 0,
    "scrapy.extensions.closespider.CloseSpider": 0,
    "scrapy.extensions.spiderstate.SpiderState": 0,
    "scrapy.extensions.throttle.AutoThrottle": 0,
}
EXTENSIONS = {
    "archiver.network.crawl_delay.ApplyCrawlDelay": 100,
    "archiver.run.progress.Progress": 200,
    "archiver.network.interrupt.Interrupt": 300,  # ends within seconds
    "archiver.run.outcome.RecordOutcome": 900,
}
CONCURRENT_ITEMS = 1  # one transaction after the other
WARN_ON_GENERATOR_RETURN_VALUE = False  # mypy has looked; Scrapy parses the callback page by page

# --- Log ------------------------------------------------------------------------------------------
LOG_LEVEL = "INFO"
LOG_FORMATTER = "archiver.run.log.ShortLogFormatter"  # no bodies, no item dumps
STATS_DUMP = False  # the report has what matters
