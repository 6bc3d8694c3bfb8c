"""How the server is asked: waiting, trying again, stopping, own hosts, cookies, robots.txt."""
