"""Names and answers that would do harm if a page showed them as anything but text."""

CORPUS = [
    "<script>window.hurt=1</script>",
    "\"><script>window.hurt=1</script>",
    "'><img src=x onerror=window.hurt=1>",
    "<svg onload=window.hurt=1>",
    "<img src=x onerror=\"window.hurt=1\">",
    "javascript:window.hurt=1",
    "\" onmouseover=\"window.hurt=1\" autofocus onfocus=\"window.hurt=1",
    "' onfocus='window.hurt=1' autofocus='",
    "</textarea><script>window.hurt=1</script>",
    "</title><script>window.hurt=1</script>",
    "</svg><script>window.hurt=1</script>",
    "<iframe srcdoc='<script>parent.hurt=1</script>'>",
    "<a href=javascript:window.hurt=1>click</a>",
    "{{ 7 * 7 }}{% raw %}${7*7}",
    "<!--<img src=\"--><img src=x onerror=window.hurt=1//\">",
    "&lt;script&gt;window.hurt=1&lt;/script&gt;",
    "<math><mtext></p><img src=x onerror=window.hurt=1>",
    "\u202e<script>window.hurt=1</script>\u2028",
]  # fmt: skip
