"""What the OpenAPI document says of routes, and the checks that follow from it."""
