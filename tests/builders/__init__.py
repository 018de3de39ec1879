"""Small real inputs that many tests share: photos, a data set, a bundle and what goes into it."""
