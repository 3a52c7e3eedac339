"""How the console answers the web: which requests it takes, and what it tells browsers to allow."""
