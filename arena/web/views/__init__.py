"""What each page shows: a function of the site and of what was asked, in the terms of JSON."""
