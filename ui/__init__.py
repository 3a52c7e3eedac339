"""The console: Streamlit, and nothing but Streamlit."""
