"""A body without the site's boilerplate, scripts, frames, trackers and event attributes."""
