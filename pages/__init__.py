"""The pages: what people see in a browser, over the same functions and rules that the API serves."""
