"""The kiosk's picture: pure scenes made from the state, and a thin Kivy board that draws them and sends touches."""
