"""What documents repeat of one another: boilerplate lines of a site, and long passages shared word for word."""
